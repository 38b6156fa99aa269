import type { Event } from '@pharos/contract';

/** Which queries an event makes old, as prefixes of their keys. The empty key is every query. */
export function keysOf(event: Event): readonly (readonly string[])[] {
  switch (event.type) {
    case 'scan':
      // A running scan is drawn from the event itself; only its end changes lists.
      return event.scan.status === 'running'
        ? []
        : [
            ['scans', 'list'],
            ['repositories'],
            ['registries'],
            ['statistics'],
            ['tags'],
            ['models'],
            ['rules', 'list'],
            ['history'],
          ];
    case 'repository':
      return [['repositories'], ['tags'], ['models'], ['statistics']];
    case 'registry':
      return [['registries'], ['statistics'], ['preview'], ['history', 'overview']];
    case 'rule':
      return [['rules']];
    case 'model':
      return [['models']];
    case 'receiver':
      return [['receivers']];
    case 'agent':
      return [['agents'], ['admission'], ['locations'], ['models', 'fit'], ['statistics'], ['history', 'overview']];
    case 'hcp-tag':
      return [['hcp-tags'], ['repositories'], ['tags'], ['images']];
    case 'activity':
      return [['activity'], ['history', 'overview']];
    case 'webhook':
      return [['webhooks']];
    case 'image':
      return [['images', event.digest], ['tags'], ['models']];
    case 'model-service':
      return [['model-services']];
    case 'dispatch':
      return [['dispatches'], ['model-deployments'], ['clusters'], ['catalogs']];
    case 'catalog':
      return [['catalogs']];
    case 'cluster':
      return [['clusters']];
    case 'approval':
      // What is decided changes what clusters may use, and catalogs keep themselves by it.
      return [['approvals'], ['images'], ['tags'], ['repositories'], ['models'], ['clusters'], ['catalogs']];
    case 'policy':
      // What a review says of an image rests on policies too.
      return [['policies'], ['images'], ['approvals']];
    case 'reset':
      return [[]];
  }
}
