import { describeWithBrowser } from '../../harness/browser.js';
import { accessFlows } from './flows/access.js';
import { addressFlow } from './flows/addresses.js';
import { controlFlows } from './flows/control.js';
import { firstEventFlow } from './flows/first-event.js';
import { healthFlows } from './flows/health.js';
import { labelFlows } from './flows/labels.js';
import { listFlows } from './flows/lists.js';
import { liveFlow } from './flows/live.js';
import { lookFlows } from './flows/looks.js';
import { newcomerFlows } from './flows/newcomer.js';
import { overviewFlows } from './flows/overview.js';
import { runFlows } from './flows/runs.js';
import { useStage } from './flows/stage.js';

// One after the other on one store: it is empty at first, and requires a key at the end.
describeWithBrowser('the web page in a browser', () => {
  const stage = useStage();
  firstEventFlow(stage);
  overviewFlows(stage);
  addressFlow(stage);
  listFlows(stage);
  runFlows(stage);
  labelFlows(stage);
  controlFlows(stage);
  healthFlows(stage);
  newcomerFlows(stage);
  liveFlow(stage);
  lookFlows(stage);
  accessFlows(stage);
});
