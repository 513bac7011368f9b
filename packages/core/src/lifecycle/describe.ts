import type { LifecycleRule } from '../model.js';
import type { Decision, KeepCause, Lapse } from './evaluate.js';

/** Why a version is kept or expires, as a person reads it. */
export function describeDecision(decision: Decision): string {
  return decision.action === 'keep'
    ? decision.causes.map(describeCause).join(', ')
    : `nothing uses it, and no rule keeps it: ${decision.causes.map(describeLapse).join(', ')}`;
}

/** One thing that keeps a version. */
export function describeCause(cause: KeepCause): string {
  switch (cause.kind) {
    case 'referenced':
      return `used by ${plural(cause.count, 'stack')}`;
    case 'pinned':
      return `pinned by ${plural(cause.count, 'deployment')}`;
    case 'bookmarked':
      return cause.names.map((name) => `bookmark "${name}" stands on it`).join(', ');
    case 'recovery-window':
      return `deleted, can be restored until ${cause.until}`;
    case 'rollback':
      return `a slot used it ${cause.rank === 1 ? 'last before its present version' : `${cause.rank} versions ago`}, ${plural(cause.keeps, 'such version')} kept for rollback`;
    case 'last':
      return `rule ${cause.rule}: among the last ${cause.keeps} of its artifact`;
    case 'published':
      return `rule ${cause.rule}: published lately, kept until ${cause.until}`;
    case 'released':
      return `rule ${cause.rule}: released lately, kept until ${cause.until}`;
    case 'labelled':
      return `rule ${cause.rule}: labelled ${cause.label}`;
    case 'not-covered':
      return 'nobody deleted it';
  }
}

function describeLapse({ rule, of }: Lapse): string {
  const kept = describeCriteria(of);
  return `rule ${rule} keeps ${kept.length === 0 ? 'nothing' : kept.join('; ')}`;
}

/** What a rule keeps, criterion by criterion. */
export function describeCriteria(rule: LifecycleRule): string[] {
  const { keepLast = 0, keepDays = 0, keepDaysSinceRelease = 0, keepLabelled = [] } = rule;
  return [
    ...(keepLast > 0 ? [`the last ${keepLast}`] : []),
    ...(keepDays > 0 ? [`${plural(keepDays, 'day')} since published`] : []),
    ...(keepDaysSinceRelease > 0 ? [`${plural(keepDaysSinceRelease, 'day')} since released`] : []),
    ...(keepLabelled.length > 0 ? [`labelled ${keepLabelled.join(' or ')}`] : []),
  ];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
