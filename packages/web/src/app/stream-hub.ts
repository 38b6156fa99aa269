/**
 * One event stream for many tabs: over HTTP/1.1 a browser opens six connections to one origin, so that six tabs with
 * a stream each would leave none for the seventh, nor for a request of the six.
 *
 * Runs in a shared worker, which lives as long as any of its tabs: there is no tab that leads, and none to hand over
 * from. Where a browser has no such workers it runs inside each tab.
 */

/** What a tab says. `listen` may be repeated; each is answered. */
export type FromTab = { say: 'listen'; who: string } | { say: 'leave' };

/**
 * What it is told. `open`: the stream runs; `missed` when events may be lost that happened before, because the stream
 * began anew instead of going on after the last event. `cut`: the browser is reconnecting. `refused`: the stream has
 * ended for good (signed out, stopping) and is opened again by the next `listen`.
 */
export type ToTab =
  | { say: 'here' }
  | { say: 'open'; missed: boolean }
  | { say: 'cut' }
  | { say: 'refused' }
  | { say: 'event'; data: string };

/** The part of an `EventSource` that is used. */
export interface Source {
  readonly readyState: number;
  onopen: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  onmessage: ((event: MessageEvent<string>) => unknown) | null;
  close(): void;
}

/** The part of a `MessagePort` that is used. */
export interface Port {
  onmessage: ((event: MessageEvent) => unknown) | null;
  postMessage(message: ToTab): void;
}

const CLOSED = 2;

/** Takes ports of tabs and holds one stream while any of them listens. */
export function createStreamHub(connect: () => Source): { attach(port: Port): void } {
  const tabs = new Set<Port>();
  let source: Source | null = null;
  let isOpen = false;
  /** Whose session the stream was opened with. */
  let streamOf = '';
  /** The stream was open before and was not followed without a gap since. */
  let hasGap = false;
  let lastEventId = '';

  const tell = (message: ToTab) => {
    for (const tab of tabs) tab.postMessage(message);
  };

  function end(): void {
    source?.close();
    source = null;
    isOpen = false;
    lastEventId = '';
  }

  function begin(who: string): void {
    streamOf = who;
    const own = connect();
    source = own;
    own.onopen = () => {
      isOpen = true;
      tell({ say: 'open', missed: hasGap });
      hasGap = false;
    };
    own.onerror = () => {
      isOpen = false;
      const isRefused = own.readyState === CLOSED;
      // The browser resumes by the id of the last event; without one, and with a new stream, it cannot.
      if (isRefused || lastEventId === '') hasGap = true;
      if (isRefused) end();
      tell({ say: isRefused ? 'refused' : 'cut' });
    };
    own.onmessage = (event) => {
      lastEventId = event.lastEventId;
      tell({ say: 'event', data: event.data });
    };
  }

  function listen(tab: Port, who: string): void {
    tabs.add(tab);
    tab.postMessage({ say: 'here' });
    if (source && who !== streamOf) {
      // Another person signed in: what the stream tells follows from who opened it.
      end();
      hasGap = true;
    }
    if (!source) begin(who);
    else tab.postMessage(isOpen ? { say: 'open', missed: false } : { say: 'cut' });
  }

  function leave(tab: Port): void {
    tabs.delete(tab);
    if (tabs.size > 0) return;
    end();
    hasGap = false;
  }

  return {
    attach(port) {
      port.onmessage = ({ data }: MessageEvent<FromTab>) => {
        if (data.say === 'listen') listen(port, data.who);
        else leave(port);
      };
    },
  };
}
