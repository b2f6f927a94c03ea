// Brings the place where it stands into view, once for each time that this is asked for.

const shown = new Set();

export default function ({ data, parentElement }) {
  if (!data.once || shown.has(data.once)) return;
  shown.add(data.once);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  parentElement.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
}
