/** Whether the navigation's entry `to` is where one is: its own page or one below it. */
export function isCurrent(pathname: string, to: string): boolean {
  if (to === '/') return pathname === '/';
  return pathname === to || pathname.startsWith(`${to}/`);
}
