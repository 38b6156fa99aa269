/** The port of the store for services that run elsewhere. */
import type { ModelService, ModelServiceQuery, Page, ServiceProbe } from '@pharos/contract';

export interface NewModelService {
  readonly id: string;
  readonly name: string;
  readonly baseUrl: string;
  /** scheme://host:port of the address, to which the key is bound. */
  readonly origin: string;
  readonly model: string;
  readonly sealed: string | null;
  readonly allowHttp: boolean;
  readonly allowPrivate: boolean;
  readonly deploymentId: string | null;
  readonly probe: ServiceProbe;
}

export interface ModelServices {
  list(query: ModelServiceQuery): Promise<Page<ModelService>>;
  get(id: string): Promise<ModelService | null>;
  /** What requests are made with; the key is sealed. */
  door(id: string): Promise<{ service: ModelService; origin: string; sealed: string | null } | null>;
  /** The service that is said to answer for a deployment. */
  ofDeployment(deploymentId: string): Promise<string | null>;
  /** Throws `name-taken`, and `not-found` for an unknown deployment. */
  create(service: NewModelService, by: string, now: Date): Promise<ModelService>;
  /** `sealed` undefined: the key stays; null: there is none any more. */
  update(
    id: string,
    change: { name: string; model: string; sealed?: string | null | undefined; probe: ServiceProbe },
    by: string,
    now: Date,
  ): Promise<ModelService | null>;
  noteProbe(id: string, probe: ServiceProbe): Promise<void>;
  remove(id: string): Promise<boolean>;
}
