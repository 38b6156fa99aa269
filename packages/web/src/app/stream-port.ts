import { API_PREFIX } from '@pharos/contract';
import { createStreamHub, type FromTab, type ToTab } from './stream-hub.ts';
import StreamWorker from './stream-worker.ts?sharedworker';

const STREAM = `${API_PREFIX}/events`;
/** A hub answers at once; a worker that does not within this time has not started, or died. */
const ANSWER_MS = 5000;
/** A refused stream is asked for again after this. */
const RETRY_MS = 4000;
/** Without shared workers each tab has its own stream; a hidden one gives its connection back after this. */
const HIDDEN_MS = 20_000;

/** What a tab is told of the stream. `missed`: read everything again. */
export interface StreamListener {
  open(missed: boolean): void;
  cut(): void;
  refused(): void;
  event(data: string): void;
}

/** A hub of this tab's own. */
function ownHub(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  createStreamHub(() => new EventSource(STREAM)).attach(port2);
  return port1;
}

/** The hub that all tabs share; null where the browser has none, or forbids it. */
function sharedHub(onFailed: () => void): MessagePort | null {
  if (typeof SharedWorker === 'undefined') return null;
  try {
    const worker = new StreamWorker({ name: STREAM });
    worker.onerror = onFailed;
    return worker.port;
  } catch {
    return null;
  }
}

/** Listens to the stream that the tabs of this browser share, for the person signed in. Answers how to stop. */
export function listenToStream(who: string, listener: StreamListener): () => void {
  let port: MessagePort | null = null;
  let isOwn = false;
  /** This tab stopped listening for a while, whatever the hub knows. */
  let wasGone = false;
  let answer: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const say = (message: FromTab) => port?.postMessage(message);

  function take({ data }: MessageEvent<ToTab>): void {
    clearTimeout(answer);
    if (data.say === 'open') {
      listener.open(data.missed || wasGone);
      wasGone = false;
    } else if (data.say === 'event') listener.event(data.data);
    else if (data.say === 'cut') listener.cut();
    else if (data.say === 'refused') {
      listener.refused();
      clearTimeout(retry);
      retry = setTimeout(ask, RETRY_MS);
    }
  }

  function ask(): void {
    say({ say: 'listen', who });
    clearTimeout(answer);
    if (!isOwn) answer = setTimeout(standAlone, ANSWER_MS);
  }

  function use(next: MessagePort): void {
    port?.close();
    port = next;
    port.onmessage = take;
    ask();
  }

  function standAlone(): void {
    if (isOwn) return;
    isOwn = true;
    wasGone = true;
    use(ownHub());
  }

  function leave(): void {
    clearTimeout(answer);
    clearTimeout(retry);
    say({ say: 'leave' });
    wasGone = true;
  }

  function onVisibility(): void {
    clearTimeout(hiding);
    if (document.visibilityState === 'visible') ask();
    else if (isOwn) hiding = setTimeout(leave, HIDDEN_MS);
  }

  // A page that comes back out of the browser's memory was deaf meanwhile.
  const onShow = (event: PageTransitionEvent) => {
    if (event.persisted) ask();
  };

  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', onShow);
  const shared = sharedHub(standAlone);
  isOwn = shared === null;
  use(shared ?? ownHub());

  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('pagehide', leave);
    window.removeEventListener('pageshow', onShow);
    clearTimeout(hiding);
    leave();
    // Not closed: what was said last is still on its way.
    if (port) port.onmessage = null;
  };
}
