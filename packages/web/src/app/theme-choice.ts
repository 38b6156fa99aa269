/** Which theme: the system's choice first, a person's choice kept in this browser. Mirrors public/before-paint.js. */
const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const KEY = 'pharos.theme';

export function readThemeChoice(storage: Pick<Storage, 'getItem'>): ThemeChoice {
  try {
    return THEME_CHOICES.find((choice) => choice === storage.getItem(KEY)) ?? 'system';
  } catch {
    return 'system';
  }
}

/** Keeps the choice where the browser allows it; without storage it holds until the page is left. */
export function keepThemeChoice(storage: Pick<Storage, 'setItem' | 'removeItem'>, choice: ThemeChoice): void {
  try {
    if (choice === 'system') storage.removeItem(KEY);
    else storage.setItem(KEY, choice);
  } catch {
    // Nothing to do: the page still follows the choice.
  }
}

export function isDark(choice: ThemeChoice, systemIsDark: boolean): boolean {
  return choice === 'dark' || (choice === 'system' && systemIsDark);
}
