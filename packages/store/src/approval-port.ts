/** The port of the store for what waits for a decision. */
import type {
  ApprovalItem,
  ApprovalQuery,
  ApprovalReview,
  ApprovalRule,
  ApprovalRuleInput,
  Page,
  PageQuery,
} from '@pharos/contract';

/** Who asks or says something. */
export interface ApprovalActor {
  readonly name: string;
  /** Id of the user behind a session or a token; null: nobody. */
  readonly person: string | null;
}

export interface Approvals {
  /** In the order of the queue. */
  list(query: ApprovalQuery, now: Date): Promise<Page<ApprovalItem>>;
  /** null: the library has no such image in it. `refusal` is the business of who asks. */
  get(digest: string, now: Date): Promise<Omit<ApprovalReview, 'refusal'> | null>;
  /** Throws `not-found`; `conflict` for an image that cannot become approved, or for what one asked already. */
  request(digest: string, reason: string, actor: ApprovalActor, now: Date): Promise<void>;
  /** Throws `not-found` when one has asked for nothing that is open. */
  withdraw(digest: string, actor: ApprovalActor, now: Date): Promise<void>;
  /** Throws `not-found`, `limit-reached`. */
  comment(digest: string, text: string, actor: ApprovalActor, now: Date): Promise<void>;
  /** Throws `not-found` for an unknown image or person. */
  assign(digest: string, assignee: string | null, actor: ApprovalActor, now: Date): Promise<void>;
}

export interface ApprovalRules {
  list(query: PageQuery): Promise<Page<ApprovalRule>>;
  /** Throws `name-taken` when there is a rule for the pattern. */
  create(id: string, rule: ApprovalRuleInput, actor: string, now: Date): Promise<ApprovalRule>;
  /** False: there is no such rule. */
  remove(id: string): Promise<boolean>;
}
