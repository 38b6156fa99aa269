import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What Prometheus reads. Labels are of few values: route names, never paths. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  request(route: string, method: string, status: number, seconds: number): void;
  scan(status: string): void;
  ingested(tags: number): void;
  agents(connected: number): void;
  /** A notification of a registry; `source` is the product, or `unknown`. */
  delivery(source: string, outcome: string): void;
  /** A try of an outgoing webhook: delivered, retried, failed. */
  webhook(outcome: string): void;
}

/** Makes the metrics of one server, in a registry of their own. */
export function createMetrics(read: { workDepth: () => number; eventClients: () => number }): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const requests = new Histogram({
    name: 'pharos_http_request_duration_seconds',
    help: 'Duration of HTTP requests',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers,
  });
  const requestCount = new Counter({
    name: 'pharos_http_requests_total',
    help: 'HTTP requests',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const scans = new Counter({
    name: 'pharos_scans_total',
    help: 'Finished scans',
    labelNames: ['status'],
    registers,
  });
  const tags = new Counter({ name: 'pharos_ingested_tags_total', help: 'Tags in committed scans', registers });
  const deliveries = new Counter({
    name: 'pharos_notifications_total',
    help: 'Notifications of registries',
    labelNames: ['source', 'outcome'],
    registers,
  });
  const webhooks = new Counter({
    name: 'pharos_webhook_tries_total',
    help: 'Tries of outgoing webhooks',
    labelNames: ['outcome'],
    registers,
  });
  const agentsConnected = new Gauge({ name: 'pharos_agents_connected', help: 'Agents heard lately', registers });
  new Gauge({
    name: 'pharos_work_queue_depth',
    help: 'Work that agents have not finished',
    registers,
    collect() {
      this.set(read.workDepth());
    },
  });
  new Gauge({
    name: 'pharos_event_clients',
    help: 'Open event streams',
    registers,
    collect() {
      this.set(read.eventClients());
    },
  });
  return {
    contentType: register.contentType,
    text: () => register.metrics(),
    request(route, method, status, seconds) {
      const labels = { route, method, status: String(status) };
      requestCount.inc(labels);
      requests.observe(labels, seconds);
    },
    scan: (status) => scans.inc({ status }),
    ingested: (count) => tags.inc(count),
    delivery: (source, outcome) => deliveries.inc({ source, outcome }),
    webhook: (outcome) => webhooks.inc({ outcome }),
    agents: (connected) => agentsConnected.set(connected),
  };
}
