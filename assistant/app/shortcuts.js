// A shortcut acts at once, but Streamlit takes over what stands in a box only when the box is left: a mark or a word would be
// lost on the way to the next script. So the box is left first, and the button pressed once the text is on its way. The new
// script's mark box then has the focus.

const SENT = 150; // milliseconds in which Streamlit has sent what it was handed
const WAIT = 3000; // milliseconds in which the new script is drawn
let now = {}; // selectors: the open script's mark box, and by key the button that it presses
let from = null; // the mark box of the script that was open when the key was pressed
let listening = false;

function press(event) {
  const selector = event.altKey && now.buttons?.[event.key];
  const button = selector && document.querySelector(`${selector} button:enabled`);
  if (!button) return; // of another page, or there is nothing to press
  if (event.key !== "Enter") from = now.mark_box;
  const box = document.activeElement;
  if (!(box instanceof HTMLInputElement || box instanceof HTMLTextAreaElement)) return; // the shortcut itself will do
  event.preventDefault();
  event.stopImmediatePropagation();
  box.blur();
  setTimeout(() => document.querySelector(`${selector} button`)?.click(), SENT);
}

function enter(selector, until) {
  const input = document.querySelector(`${selector} input`);
  if (input) input.focus();
  else if (Date.now() < until) setTimeout(() => enter(selector, until), 50);
}

export default function ({ data }) {
  if (!listening) window.addEventListener("keydown", press, { capture: true });
  listening = true;
  now = data;
  if (from === null || from === now.mark_box) return;
  from = null;
  enter(now.mark_box, Date.now() + WAIT);
}
