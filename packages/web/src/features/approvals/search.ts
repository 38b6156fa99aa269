import { APPROVAL_REASONS, type ApprovalWhy } from '@pharos/contract';
import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export interface ApprovalsSearch extends PagedSearch {
  tab?: 'rules' | undefined;
  why?: ApprovalWhy | undefined;
  assignee?: string | undefined;
}

export const approvalsSearch = (raw: RawSearch): ApprovalsSearch => ({
  ...pagedSearch(raw),
  tab: oneOf(raw.tab, ['rules'] as const),
  why: oneOf(raw.why, APPROVAL_REASONS),
  assignee: text(raw.assignee, 100),
});
