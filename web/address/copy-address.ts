import { place } from './place.js';
import { zone } from './range.js';

/** The address including the zone, so that it shows the same elsewhere. */
export function addressToSend(): string {
  const url = new URL(place.value);
  url.searchParams.set('tz', zone.value);
  return url.href;
}

export function copyAddress(): void {
  navigator.clipboard.writeText(addressToSend()).catch((error: unknown) => {
    console.info('no access to the clipboard', error);
  });
}
