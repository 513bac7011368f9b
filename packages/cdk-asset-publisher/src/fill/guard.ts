import { isMap, mapAt, type Json, type JsonMap, type Template } from '../assembly/types.js';

/*
 * A template whose artifacts are not published has a parameter for each of them, without a value, and a rule that no value satisfies.
 * So the CDK's own command, its pipelines and CloudFormation itself refuse to deploy it at once and by name, instead of failing late
 * with an object that is not there; `cdk synth`, `cdk ls` and `cdk diff` work on. Publishing takes both out.
 */

const PREFIX = 'NotPublished';
const RULE = 'HoldfastNotPublished';
const DESCRIPTION = 'Not published to the Holdfast repository:';
const ADVICE = 'Deploy with "holdfast-cdk deploy", or run "holdfast-cdk publish" first.';
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
const MAX_NAME_LENGTH = 255;

/**
 * The template with a parameter for each artifact. Names tell what is missing, such as `NotPublishedHandlerCode`. A stack without assets
 * has one for its own template, which is published as well.
 */
export function addGuards(template: Template, artifacts: readonly string[]): Template {
  const parameters: JsonMap = { ...mapAt(template, 'Parameters') };
  const missing = artifacts.length === 0 ? ['Template'] : artifacts;
  const assertions = missing.map((artifact) => {
    const name = freeName(parameters, artifact);
    const description = `${DESCRIPTION} ${artifact}. ${ADVICE}`;
    parameters[name] = { Type: 'String', Description: description };
    return { Assert: { 'Fn::Equals': [{ Ref: name }, 'published'] }, AssertDescription: description };
  });
  const rules = { ...mapAt(template, 'Rules'), [RULE]: { Assertions: assertions } };
  return { ...template, Parameters: parameters, Rules: rules };
}

/** The template without what {@link addGuards} added. */
export function removeGuards(template: Template): Template {
  return keepOf(
    keepOf(template, 'Parameters', (name, value) => !isGuard(name, value)),
    'Rules',
    (name) => name !== RULE,
  );
}

/** The template with what is to be kept of a section, and without the section when that is nothing. */
function keepOf(
  template: Template,
  section: string,
  keep: (name: string, value: Json | undefined) => boolean,
): Template {
  const { [section]: content, ...rest } = template;
  if (!isMap(content)) return template;
  const kept = Object.entries(content).filter(([name, value]) => keep(name, value));
  return kept.length === 0 ? rest : { ...template, [section]: Object.fromEntries(kept) };
}

function isGuard(name: string, value: Json | undefined): boolean {
  const description = isMap(value) ? value['Description'] : undefined;
  return name.startsWith(PREFIX) && typeof description === 'string' && description.startsWith(DESCRIPTION);
}

function freeName(taken: JsonMap, artifact: string): string {
  const base = (PREFIX + artifact.replace(/[^A-Za-z0-9]/g, '')).slice(0, MAX_NAME_LENGTH - 4);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}${number}`;
    if (!Object.hasOwn(taken, name)) return name;
  }
}
