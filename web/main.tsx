import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/screens.css';
import './style/narrow.css';
import { render } from 'preact';
import { followLinks } from './address/place.js';
import { keepLive } from './ask/live.js';
import { applyPreferences } from './ask/preferences.js';
import { keepStatus } from './ask/proof.js';
import { Screens } from './screens.js';

applyPreferences();
followLinks();
keepLive();
keepStatus();
const root = document.getElementById('page');
if (root !== null) {
  // The document comes with the shape of a screen, which is painted before this script is loaded.
  root.replaceChildren();
  render(<Screens />, root);
}
