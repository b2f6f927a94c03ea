// Watches the boxes of the editor: counts words as they are typed, hands the text over for saving at every pause, and
// keeps what was not saved yet through a reload, a crash of the app or a lost connection.
//
// Streamlit takes over a text box when it loses the focus or Ctrl+Enter is pressed; at a pause this presses Ctrl+Enter,
// so that the box stays Streamlit's own. What is typed is noted in the tab's own session storage until it is saved.

const PAUSE = 1200; // milliseconds without a key before the text is handed over
// Milliseconds after which text is handed over although no pause has come: all that a browser which is killed can lose, for
// session storage ends with it. Local storage would not, and leave a student's words in the browser of a shared computer.
// A hand-over costs the server some 20 ms and the typing nothing that can be felt.
const LONGEST = 2000;
const SENT = 150; // milliseconds in which Streamlit has sent what it was handed
const running = new WeakMap();

function words(text) {
  const found = text.trim().split(/\s+/).filter(Boolean).length;
  return `${found} ${found === 1 ? "word" : "words"}`;
}

// A text box turns every line end into a line feed.
function same(a, b) {
  return a.replace(/\r\n?/g, "\n") === b.replace(/\r\n?/g, "\n");
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function note(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage may be switched off or full; the pauses still save.
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const before = running.get(parentElement);
  before?.end();
  const stop = new AbortController();
  const stay = before?.stay ?? Math.random().toString(36).slice(2); // this script's time on the page, however often redrawn

  const boxes = [
    { name: "text", selector: data.answer, saved: data.text },
    { name: "plan", selector: data.plan_box, saved: data.plan },
  ];
  const find = (box) => document.querySelector(`${box.selector} textarea`);
  const counter = parentElement.querySelector(".ap-words");
  const state = parentElement.querySelector(".ap-saved");
  const count = (text) => { counter.textContent = words(text); };

  const settled = (left) => same(left.text, data.text) && same(left.plan, data.plan);
  const giveBack = (left) => {
    note(data.key, null);
    if (!settled(left)) setTriggerValue("unsaved", { text: left.text, plan: left.plan, revision: left.revision });
  };

  // What an earlier visit of this tab typed and could not save is handed back, once.
  const left = read(data.key);
  if (left && left.visit !== data.visit) giveBack(left);
  else if (left && settled(left)) note(data.key, null);
  // On a slow line a student may begin to type before this script is there.
  const typed = boxes.some((box) => find(box) && !same(find(box).value, box.saved));
  const waiting = typed || read(data.key) !== null;
  count(find(boxes[0])?.value ?? data.text);
  state.textContent = waiting ? data.words.saving : data.words.saved;

  let timer;
  let since = null; // when the first word was typed that is not handed over yet
  let composing = false;
  const handOver = () => {
    clearTimeout(timer);
    if (composing) return true;
    const changed = boxes.map(find).filter((area, place) => area && !same(area.value, boxes[place].saved));
    for (const area of changed) {
      area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true }));
    }
    return changed.length > 0;
  };
  const pause = () => {
    since = null;
    if (handOver()) timer = setTimeout(look, PAUSE);
    else finish();
  };
  // A box may be filled only after this script was called, and Streamlit may hold a text that it has not handed on, as when
  // the page was changed right after typing: it takes no notice of Ctrl+Enter then, and is told in another way, once.
  let told = false;
  const look = () => {
    if (boxes.every((box) => !find(box) || same(find(box).value, box.saved))) return finish();
    const [text, plan] = boxes.map((box) => find(box)?.value ?? box.saved);
    if (!told) setTriggerValue("unsaved", { text, plan, revision: data.revision });
    told = true;
    timer = setTimeout(look, PAUSE);
  };
  const finish = () => {
    count(find(boxes[0])?.value ?? data.text);
    // The boxes hold what is saved. What was noted has been taken back since, or another version was chosen; unless it was
    // typed into a box that the page took away in the middle of a word, when it belongs here again.
    const noted = read(data.key);
    if (noted && noted.stay !== stay) giveBack(noted);
    else note(data.key, null);
    state.textContent = data.words.saved;
  };
  const on = (target, event, handle) => target.addEventListener(event, handle, { signal: stop.signal, capture: true });
  on(document, "compositionstart", () => { composing = true; });
  on(document, "compositionend", () => { composing = false; });
  on(document, "input", (event) => {
    if (!boxes.some((box) => event.target === find(box))) return;
    const [text, plan] = boxes.map((box) => find(box)?.value ?? box.saved);
    count(text);
    state.textContent = data.words.saving;
    note(data.key, { visit: data.visit, stay, revision: data.revision, text, plan });
    clearTimeout(timer);
    since ??= Date.now();
    timer = setTimeout(pause, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
  });
  // Streamlit may send the text of a box that is left only after the page that is asked for in the same moment, and then
  // draws neither page. So a change of page waits until the text is on its way, and nothing is handed over after it. The
  // wait outlives this call, which ends as soon as the text is saved.
  on(document, "click", (event) => {
    const link = event.target.closest?.('[data-testid="stTopNavLink"], [data-testid="stSidebarNavLink"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const unsaved = !link.dataset.apLeaving && handOver();
    clearTimeout(timer);
    if (!unsaved) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const address = link.getAttribute("href");
    setTimeout(() => {
      const there = link.isConnected ? link : document.querySelector(`a[href="${address}"]`);
      if (!there) return;
      there.dataset.apLeaving = "yes";
      there.click();
      delete there.dataset.apLeaving;
    }, SENT);
  });
  on(document, "visibilitychange", () => { if (document.visibilityState === "hidden") handOver(); });
  on(window, "pagehide", handOver);
  if (waiting) timer = setTimeout(pause, PAUSE);

  const end = () => {
    clearTimeout(timer);
    stop.abort();
  };
  running.set(parentElement, { end, stay });
  return end;
}
