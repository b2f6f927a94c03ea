// Counts an exam down, and says each of its messages when its time has come. It never touches the text.

const PARTED = 2000; // milliseconds by which two clocks of one computer differ only if one has stood still or was set
const ANSWERED = 5000; // milliseconds after which a question to the server is lost, as while the line is down
const exams = new Map(); // what is known of each exam, however often the page is drawn anew
const running = new WeakMap();

// How far the time of day is ahead of the clock that nobody can set.
const ahead = () => Date.now() - performance.now();

export default function ({ data, parentElement, setTriggerValue }) {
  running.get(parentElement)?.();
  const digits = parentElement.querySelector(".ap-digits");
  const message = parentElement.querySelector(".ap-clock-message");
  // The seconds left are the server's, and are counted by the clock that nobody can set. That one may stand still while a
  // laptop sleeps; where it and the time of day part, either that has happened or the time of day was set: the server knows,
  // and its next word counts. Else what came late or was drawn again gives nobody more time.
  const end = performance.now() + data.seconds_left * 1000;
  const exam = exams.get(data.exam) ?? { end, told: data.told, ahead: ahead(), asked: null };
  exams.set(data.exam, exam);
  if (exam.told !== data.told) {
    exam.end = exam.asked === null ? Math.min(exam.end, end) : end;
    exam.told = data.told;
    exam.asked = null;
  }

  const tick = () => {
    const lost = exam.asked !== null && performance.now() - exam.asked > ANSWERED;
    if (lost || Math.abs(ahead() - exam.ahead) > PARTED) {
      exam.ahead = ahead();
      exam.asked = performance.now();
      setTriggerValue("asked", exam.asked);
    }
    const left = Math.max(0, Math.ceil((exam.end - performance.now()) / 1000));
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
