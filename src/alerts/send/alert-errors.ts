import { RunfoldError } from '../../environment/runfold-error.js';
import { describeFault, type EventFault } from '../../events/fault.js';

/** A rule or channel is invalid. Nothing was done. */
export class InvalidAlertError extends RunfoldError {
  readonly code = 'invalid_alert';
  constructor(readonly faults: readonly EventFault[]) {
    super(`${faults.map((fault) => describeFault(fault, 'rule or channel')).join('; ')}.`);
    this.name = 'InvalidAlertError';
  }
}

/** A rule or channel with this name already exists. */
export class AlertExistsError extends RunfoldError {
  readonly code = 'alert_exists';
  constructor(what: 'rule' | 'channel', name: string) {
    super(`A ${what} named ${name} already exists. Drop it first.`);
    this.name = 'AlertExistsError';
  }
}

/** Secrets can be neither stored nor read, because the secret key is missing or wrong. */
export class SecretKeyError extends RunfoldError {
  readonly code = 'secret_key';
  constructor(message: string) {
    super(message);
    this.name = 'SecretKeyError';
  }
}

/** A notification was not delivered. The message contains no secret. */
export class DeliveryError extends RunfoldError {
  readonly code = 'not_delivered';
  constructor(message: string) {
    super(message);
    this.name = 'DeliveryError';
  }
}
