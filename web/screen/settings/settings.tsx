import { useState } from 'preact/hooks';
import { base } from '../../address/place.js';
import { allZones, browserZone } from '../../address/zone.js';
import { isLocale, prefer, preferences } from '../../ask/preferences.js';
import { status } from '../../ask/proof.js';
import { dollars, whole } from '../../figure/figures.js';
import { tierText } from '../../figure/tiers.js';
import { Bar } from '../../part/bar.js';
import { Card } from '../../part/card.js';

/** How this browser shows the page. The settings never leave the browser. */
export function Settings() {
  const { theme, density, zone, locale, has_keys: hasKeys = true } = preferences.value;
  const [typed, setTyped] = useState(locale ?? '');
  const isKnown = typed === '' || isLocale(typed);
  return (
    <>
      <Bar title="Settings" />
      <Card title="In this browser">
        <div class="form">
          <label>
            <span>Theme</span>
            <select
              value={theme ?? ''}
              onChange={({ currentTarget: { value } }) =>
                prefer({ theme: value === '' ? undefined : (value as 'light' | 'dark') })
              }
            >
              <option value="">Same as the system</option>
              <option value="light">Light</option>
              <option value="dark">Dark</option>
            </select>
          </label>
          <label>
            <span>Density</span>
            <select
              value={density ?? ''}
              onChange={({ currentTarget: { value } }) =>
                prefer({ density: value === '' ? undefined : 'dense' })
              }
            >
              <option value="">Roomy</option>
              <option value="dense">Dense</option>
            </select>
          </label>
          <label>
            <span>Time zone</span>
            <select
              value={zone ?? ''}
              onChange={({ currentTarget: { value } }) =>
                prefer({ zone: value === '' ? undefined : value })
              }
            >
              <option value="">The project’s, or {browserZone}</option>
              {allZones().map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>Number format</span>
            <input
              value={typed}
              placeholder="Same as this browser"
              aria-invalid={!isKnown}
              autocomplete="off"
              onInput={({ currentTarget: { value } }) => {
                setTyped(value);
                if (value === '' || isLocale(value))
                  prefer({ locale: value === '' ? undefined : value });
              }}
            />
            <small class="faint">
              {isKnown ? `${whole(1234567)} · ${dollars(1234.5)}` : 'A name such as en-US or de-DE'}
            </small>
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={hasKeys}
              onChange={({ currentTarget: { checked } }) =>
                prefer({ has_keys: checked ? undefined : false })
              }
            />
            <span>Single-letter shortcuts, such as g s for Sessions</span>
          </label>
        </div>
      </Card>
      <Card title="About">
        <p class="note">
          {status.value !== undefined &&
            `Runfold ${status.value.version} on ${tierText(status.value.tier)}. `}
          This page is part of Runfold. It loads nothing from other servers and sends nothing to
          them. <a href={`${base}/docs`}>API reference</a> ·{' '}
          <a href={`${base}/licences.txt`}>Licences of bundled packages</a>
        </p>
      </Card>
    </>
  );
}
