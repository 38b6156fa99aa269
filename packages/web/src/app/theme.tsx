import { createContext, type ReactElement, type ReactNode, useContext, useEffect, useState } from 'react';
import { isDark, keepThemeChoice, readThemeChoice, type ThemeChoice } from './theme-choice.ts';

interface Theme {
  choice: ThemeChoice;
  choose: (choice: ThemeChoice) => void;
}

const ThemeContext = createContext<Theme>({ choice: 'system', choose: () => undefined });

export const useTheme = () => useContext(ThemeContext);

/** Sets PatternFly's dark class on the document, and follows the system while nobody chose. */
export function ThemeProvider({ children }: { children: ReactNode }): ReactElement {
  const [choice, setChoice] = useState<ThemeChoice>(() => readThemeChoice(localStorage));
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => switchTheme(isDark(choice, system.matches));
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [choice]);
  const choose = (next: ThemeChoice) => {
    keepThemeChoice(localStorage, next);
    setChoice(next);
  };
  return <ThemeContext value={{ choice, choose }}>{children}</ThemeContext>;
}

/**
 * Changes the theme in one step. A transition of colours at every element of a page costs the browser more than the page, and
 * for its time shows neither theme; so there are none until the new colours stand.
 */
function switchTheme(dark: boolean): void {
  const { classList } = document.documentElement;
  if (classList.contains('pf-v6-theme-dark') === dark) return;
  classList.add('ph-still');
  classList.toggle('pf-v6-theme-dark', dark);
  // The first frame draws the new colours, before the second transitions may come back.
  requestAnimationFrame(() => requestAnimationFrame(() => classList.remove('ph-still')));
}
