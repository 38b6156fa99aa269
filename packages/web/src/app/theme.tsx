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
    const apply = () => document.documentElement.classList.toggle('pf-v6-theme-dark', isDark(choice, system.matches));
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
