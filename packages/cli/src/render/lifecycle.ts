import type { LifecycleRecord, LifecycleRule } from '@holdfast/core';
import type { Palette } from './palette.js';
import { renderFields, renderTable } from './table.js';
import { formatInstant } from './values.js';

/** A lifecycle with its rules, numbered as gc's reasons number them; nothing when there is none. */
export function renderLifecycle(record: LifecycleRecord | undefined, palette: Palette): readonly string[] {
  if (record?.lifecycle === undefined) return [];
  const { repository, revision, changedAt, changedBy, lifecycle } = record;
  return [
    ...renderFields(
      [
        ['repository', repository],
        ['revision', `${revision}, ${formatInstant(changedAt)} by ${changedBy}`],
        ['rollback', `${lifecycle.rollback} former of each stack slot`],
      ],
      palette,
    ),
    ...renderTable(
      ['rule', 'prefix', 'last', 'days since published', 'days since released', 'labelled'],
      lifecycle.rules.map((rule, i) => ruleRow(rule, i + 1)),
      palette,
    ),
  ];
}

function ruleRow(rule: LifecycleRule, number: number): readonly string[] {
  const { prefix = '(all)', keepLast, keepDays, keepDaysSinceRelease, keepLabelled = [] } = rule;
  const shown = (value: number | undefined): string => (value === undefined ? '' : String(value));
  return [
    String(number),
    prefix,
    shown(keepLast),
    shown(keepDays),
    shown(keepDaysSinceRelease),
    keepLabelled.join(', '),
  ];
}
