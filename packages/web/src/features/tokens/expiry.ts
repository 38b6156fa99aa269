const DAY = 86_400_000;

/** When a token ends, as the server takes it: undefined leaves the server's own default. */
export function expiryOf(days: string, now: number): string | null | undefined {
  if (days === '') return undefined;
  if (days === 'never') return null;
  return new Date(now + Number(days) * DAY).toISOString();
}
