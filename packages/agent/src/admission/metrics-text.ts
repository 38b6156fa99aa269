/** Admission control in the text format of Prometheus. Numbers only: no name of an image or a namespace. */
import type { AdmissionReport } from '@pharos/contract';
import type { Tally } from './tally.ts';

type Reported = Pick<AdmissionReport, 'state' | 'generation' | 'issuedAt' | 'images' | 'mode'>;

export function metricsText(tally: Tally, report: Reported): string {
  const { admitted, warned, refused, audited, exempted, mutated, malformed, busy } = tally;
  const results = Object.entries({ admitted, warned, refused, audited, exempted, malformed, busy });
  const issued = report.issuedAt === null ? 0 : Date.parse(report.issuedAt) / 1000;
  return [
    '# HELP pharos_admission_reviews_total Reviews by their result.',
    '# TYPE pharos_admission_reviews_total counter',
    ...results.map(([result, count]) => `pharos_admission_reviews_total{result="${result}"} ${count}`),
    '# HELP pharos_admission_mutations_total Objects in which tags were turned into digests.',
    '# TYPE pharos_admission_mutations_total counter',
    `pharos_admission_mutations_total ${mutated}`,
    '# HELP pharos_admission_enforcing 1 when refusals are real, 0 in audit mode.',
    '# TYPE pharos_admission_enforcing gauge',
    `pharos_admission_enforcing ${report.mode === 'enforce' ? 1 : 0}`,
    '# HELP pharos_admission_snapshot_usable 1 when the snapshot is there and not too old.',
    '# TYPE pharos_admission_snapshot_usable gauge',
    `pharos_admission_snapshot_usable ${report.state === 'ok' ? 1 : 0}`,
    '# HELP pharos_admission_snapshot_issued_seconds When the control plane issued the snapshot, seconds since 1970.',
    '# TYPE pharos_admission_snapshot_issued_seconds gauge',
    `pharos_admission_snapshot_issued_seconds ${issued}`,
    '# HELP pharos_admission_snapshot_generation Generation of the snapshot.',
    '# TYPE pharos_admission_snapshot_generation gauge',
    `pharos_admission_snapshot_generation ${report.generation}`,
    '# HELP pharos_admission_snapshot_images Images with a decision in the snapshot.',
    '# TYPE pharos_admission_snapshot_images gauge',
    `pharos_admission_snapshot_images ${report.images}`,
  ].join('\n');
}
