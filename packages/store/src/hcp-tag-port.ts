/** The port of the store: HCP tags. */
import type {
  HcpTag,
  HcpTagAssigned,
  HcpTagAssignment,
  HcpTagChange,
  HcpTagChangeQuery,
  HcpTagInput,
  HcpTagPatch,
  HcpTagQuery,
  Page,
} from '@pharos/contract';
import type { By } from './hcp-tag-changes.ts';

export interface HcpTags {
  list(query: HcpTagQuery): Promise<Page<HcpTag>>;
  get(id: string): Promise<HcpTag | null>;
  /** Throws `name-taken`; case does not tell names apart. */
  create(input: HcpTagInput, by: By): Promise<HcpTag>;
  update(id: string, patch: HcpTagPatch, by: By): Promise<HcpTag | null>;
  /** Takes it off everything too. */
  remove(id: string, by: By): Promise<boolean>;
  /** All or nothing, idempotent. Throws `not-found` for an unknown HCP tag, repository or image. */
  assign(assignment: HcpTagAssignment, by: By): Promise<HcpTagAssigned>;
  /** Who did what, newest first. */
  changes(query: HcpTagChangeQuery): Promise<Page<HcpTagChange>>;
}
