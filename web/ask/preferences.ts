import { signal } from '@preact/signals';
import { preferredZone } from '../address/range.js';
import { isZone } from '../address/zone.js';
import { setLocale } from '../figure/figures.js';

/** A reader's choices, stored only in this browser. */
export interface Preferences {
  readonly theme?: 'light' | 'dark' | undefined;
  readonly density?: 'dense' | undefined;
  readonly zone?: string | undefined;
  readonly locale?: string | undefined;
  /** False disables single-letter keys. */
  readonly has_keys?: boolean | undefined;
}

const place = 'runfold.preferences';

function read(): Preferences {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(place) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    // Without storage, or with unreadable content, the page works with its defaults.
    console.info('no preferences', error);
    return {};
  }
}

export const preferences = signal<Preferences>(read());

/** Changes a preference, here and in tabs that open later. */
export function prefer(changes: Preferences): void {
  preferences.value = { ...preferences.value, ...changes };
  try {
    localStorage.setItem(place, JSON.stringify(preferences.value));
  } catch (error) {
    console.info('preferences last until the tab is closed', error);
  }
  applyPreferences();
}

/** Applies the preferences to the page. */
export function applyPreferences(): void {
  const { theme, density, zone, locale } = preferences.value;
  const { dataset } = document.documentElement;
  if (theme === undefined) delete dataset.theme;
  else dataset.theme = theme;
  if (density === undefined) delete dataset.density;
  else dataset.density = density;
  preferredZone.value = zone !== undefined && isZone(zone) ? zone : undefined;
  setLocale(locale !== undefined && isLocale(locale) ? locale : undefined);
}

export function isLocale(name: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(name).length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
