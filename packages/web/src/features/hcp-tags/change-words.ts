/** Changes of HCP tags, in sentences. */
import type { HcpTagChange } from '@pharos/contract';
import { plural } from '../../components/format.ts';

export function changeWords(change: Pick<HcpTagChange, 'action' | 'detail' | 'repositories' | 'images'>): string {
  const things = thingsOf(change);
  switch (change.action) {
    case 'create':
      return change.detail === '' ? 'Created.' : `Created. ${change.detail}.`;
    case 'update':
      return `${change.detail}.`;
    case 'delete':
      return things === '' ? 'Deleted; it was on nothing.' : `Deleted; it was on ${things}.`;
    case 'apply':
      return `Put on ${things}.`;
    case 'remove':
      return `Taken off ${things}.`;
  }
}

function thingsOf({ repositories, images }: Pick<HcpTagChange, 'repositories' | 'images'>): string {
  return [
    repositories > 0 ? plural(repositories, 'repository', 'repositories') : '',
    images > 0 ? plural(images, 'image') : '',
  ]
    .filter((part) => part !== '')
    .join(' and ');
}

/** A digest short, a repository's name as it is. */
export function subjectName(subject: string): string {
  return /^sha\d+:[a-f0-9]{32,}$/.test(subject) ? subject.slice(0, subject.indexOf(':') + 13) : subject;
}
