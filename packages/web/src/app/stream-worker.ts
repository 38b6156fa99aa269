/** The shared worker of all tabs of a browser, named after the stream that it holds. */
import { createStreamHub } from './stream-hub.ts';

const hub = createStreamHub(() => new EventSource(self.name));

self.addEventListener('connect', (event) => {
  for (const port of (event as MessageEvent).ports) hub.attach(port);
});
