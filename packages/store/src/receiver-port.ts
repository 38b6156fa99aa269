/** The port of the store: receivers of notifications. */
import type { Delivery, DeliveryQuery, Page, PageQuery, Receiver, ReceiverSource } from '@pharos/contract';

/** What a request is checked with, and where its hints may lead. */
export interface ReceiverTarget {
  readonly id: string;
  readonly source: ReceiverSource;
  readonly sealed: string;
  readonly registryId: string;
  readonly registryUrl: string;
  readonly locationId: string;
}

export type NewDelivery = Pick<Delivery, 'event' | 'repository' | 'repositoryId' | 'tags' | 'message'> & {
  readonly outcome: 'queued' | 'ignored';
};

export interface Receivers {
  list(query: PageQuery & { registryId?: string | undefined }): Promise<Page<Receiver>>;
  get(id: string): Promise<Receiver | null>;
  /** Throws StoreError `not-found` when there is no such registry. */
  create(
    input: { id: string; registryId: string; source: ReceiverSource; sealed: string },
    now: Date,
  ): Promise<Receiver>;
  /** Another secret. */
  rotate(id: string, sealed: string, now: Date): Promise<Receiver | null>;
  /** Forgets its deliveries too. */
  remove(id: string): Promise<boolean>;
  target(id: string): Promise<ReceiverTarget | null>;
  /** Notes that somebody came without the secret. */
  refused(id: string, now: Date): Promise<void>;
  /** Keeps the last 200 of the receiver. Answers the ids of the new ones, in their order. */
  deliver(receiverId: string, deliveries: readonly NewDelivery[], now: Date): Promise<string[]>;
  settle(
    ids: readonly string[],
    end: { outcome: 'done' | 'failed'; message: string; requests: number | null },
    now: Date,
  ): Promise<void>;
  /** Fails every delivery that still waits: the process that would have read it is gone. */
  abandon(message: string, now: Date): Promise<void>;
  /** null: no such receiver. */
  deliveries(id: string, query: DeliveryQuery): Promise<Page<Delivery> | null>;
}
