// On a phone the menu covers the page, and Streamlit leaves it open when a page has been chosen.

const NARROW = 768; // pixels below which the menu covers the page
const MOMENT = 100; // milliseconds until the choice has been taken
let listening = false;

export default function () {
  if (listening) return;
  listening = true;
  document.addEventListener("click", (event) => {
    if (window.innerWidth >= NARROW || !event.target.closest?.('[data-testid="stSidebarNavLink"]')) return;
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click(), MOMENT);
  });
}
