// Counts an exam down, and says each of its messages when its time has come. It never touches the text.

const ends = new Map(); // when each exam ends, by this browser's clock, however often the page is drawn anew
const running = new WeakMap();

export default function ({ data, parentElement }) {
  running.get(parentElement)?.();
  const digits = parentElement.querySelector(".ap-digits");
  const message = parentElement.querySelector(".ap-clock-message");
  // The time of day goes on while a laptop sleeps, as performance.now() may not. The server's may differ from the browser's,
  // so only the seconds left are taken from it; and what came late or was drawn again gives nobody more of them.
  const end = Math.min(ends.get(data.exam) ?? Infinity, Date.now() + data.seconds_left * 1000);
  ends.set(data.exam, end);

  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    digits.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    const due = data.messages.filter(([seconds]) => left <= seconds).at(-1)?.[1] ?? "";
    // Set only when it changes, so that a screen reader says it once.
    if (message.textContent !== due) message.textContent = due;
    parentElement.querySelector(".ap-clock").classList.toggle("ap-late", left <= data.late);
  };
  tick();
  const timer = setInterval(tick, 1000);
  const end_it = () => clearInterval(timer);
  running.set(parentElement, end_it);
  return end_it;
}
