// Runs before the first paint, as a file of its own because the content security policy allows no inline script.
// The theme class must stand before anything is drawn, and zod must not probe `new Function` (the policy reports it).
(() => {
  globalThis.__zod_globalConfig = { jitless: true };
  let choice = 'system';
  try {
    choice = localStorage.getItem('pharos.theme') ?? 'system';
  } catch {
    // Storage may be forbidden; then the system's choice stands.
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('pf-v6-theme-dark', dark);
})();
