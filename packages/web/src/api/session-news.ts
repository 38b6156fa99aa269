/** The tabs of a browser have one session: what one learns of it, the others ask about. */
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('pharos-session');

/** Says that a session began or ended. */
export function tellOtherTabs(): void {
  channel?.postMessage('changed');
}

/** Hears what other tabs say; a tab does not hear itself. */
export function onSessionNews(listener: () => void): void {
  channel?.addEventListener('message', listener);
}
