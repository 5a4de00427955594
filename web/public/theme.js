// Sets the theme and the density before the first paint, so that a dark page does not begin white.
// `ask/preferences.ts` stores them, sets them again, and reports storage that cannot be read.
(() => {
  let stored = null;
  try {
    stored = JSON.parse(localStorage.getItem('runfold.preferences') ?? '{}');
  } catch {
    return;
  }
  const { theme, density } = stored ?? {};
  if (theme) document.documentElement.dataset.theme = theme;
  if (density) document.documentElement.dataset.density = density;
})();
