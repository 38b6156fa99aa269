/** From here on times in reports mislead: token life and "created" comparisons are off by as much. */
const TOLERATED_SECONDS = 5;

/** How the agent's clock stands to the server's. */
export function clockWords(skewSeconds: number): { text: string; isOff: boolean } {
  const size = Math.abs(skewSeconds);
  if (size < TOLERATED_SECONDS) return { text: 'in step', isOff: false };
  const amount = size < 120 ? `${Math.round(size)} s` : `${Math.round(size / 60)} min`;
  return { text: `${amount} ${skewSeconds > 0 ? 'ahead' : 'behind'}`, isOff: true };
}
