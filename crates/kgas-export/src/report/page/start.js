// Light and dark, and the first view.
const THEMES = ["system", "light", "dark"];

function setTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $("theme").textContent = `Theme: ${theme}`;
  $("theme").dataset.now = theme;
  if (scene.canvas) {
    readColours();
    redraw();
  }
}

/** Some browsers keep nothing for files; then the choice holds as long as the page. */
function remembered() {
  try {
    return localStorage.getItem("kgas-theme") || "system";
  } catch {
    return "system";
  }
}

$("theme").addEventListener("click", () => {
  const theme = THEMES[(THEMES.indexOf($("theme").dataset.now) + 1) % THEMES.length];
  setTheme(theme);
  say(`Theme: ${theme}`);
  try {
    localStorage.setItem("kgas-theme", theme);
  } catch {
    // It is forgotten with the page.
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme($("theme").dataset.now));
addEventListener("hashchange", () => {
  follow(true);
  hands.isEntering = false;
});

const remembering = remembered();
setTheme(THEMES.includes(remembering) ? remembering : "system");
fillHeader();
document.querySelectorAll("noscript").forEach((one) => one.remove());
follow(false);
document.documentElement.dataset.ready = "true";
