// Counts an exam down, and says each of its messages when its time has come. It never touches the text.

const running = new WeakMap();

export default function ({ data, parentElement }) {
  running.get(parentElement)?.();
  const digits = parentElement.querySelector(".ap-digits");
  const message = parentElement.querySelector(".ap-clock-message");
  const end = performance.now() + data.seconds_left * 1000;

  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    digits.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    const due = data.messages.filter(([seconds]) => left <= seconds).at(-1);
    // Set only when it changes, so that a screen reader says it once.
    if (due && message.textContent !== due[1]) message.textContent = due[1];
    parentElement.querySelector(".ap-clock").classList.toggle("ap-late", left <= data.late);
  };
  tick();
  const timer = setInterval(tick, 1000);
  const end_it = () => clearInterval(timer);
  running.set(parentElement, end_it);
  return end_it;
}
