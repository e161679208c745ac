const element = (tag, text, ...children) => {
  const e = document.createElement(tag);
  if (text) e.textContent = text;
  e.append(...children);
  return e;
};

// shape writes a schema as a short outline, following references once on each path.
function shape(schema, all, seen = []) {
  if (!schema) return 'any';
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop();
    return seen.includes(name) ? name : shape(all[name], all, [...seen, name]);
  }
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(' | ');
  if (schema.items) return [shape(schema.items, all, seen)];
  if (schema.properties) {
    const required = schema.required ?? [];
    return Object.fromEntries(
      Object.entries(schema.properties).map(([k, v]) => [required.includes(k) ? k : k + '?', shape(v, all, seen)]),
    );
  }
  return [schema.type ?? 'any', schema.format].flat().filter(Boolean).join(' ');
}

function operation(method, path, op, all) {
  const box = element('details', '', element('summary', '', element('code', `${method.toUpperCase()} ${path}`), ` ${op.summary ?? ''}`));
  if (op.description) box.append(element('p', op.description));
  if (op.parameters?.length) {
    const rows = op.parameters.map((p) =>
      element('tr', '', element('td', p.name), element('td', p.in), element('td', p.description ?? String(shape(p.schema, all)))));
    box.append(element('table', '', element('tr', '', element('th', 'Name'), element('th', 'In'), element('th', 'Meaning')), ...rows));
  }
  const schemas = [['Body', op.requestBody?.content?.['application/json']?.schema]];
  for (const [status, r] of Object.entries(op.responses ?? {})) {
    if (status.startsWith('2')) schemas.push([`Answer ${status}`, r.content?.['application/json']?.schema]);
  }
  for (const [name, schema] of schemas) {
    if (schema) box.append(element('h4', name), element('pre', JSON.stringify(shape(schema, all), null, 2)));
  }
  return box;
}

const doc = await (await fetch('/openapi.json')).json();
document.getElementById('about').textContent = `Version ${doc.info.version}. ${doc.info.description}`;
const byTag = new Map();
for (const [path, operations] of Object.entries(doc.paths)) {
  for (const [method, op] of Object.entries(operations)) {
    const tag = op.tags?.[0] ?? 'other';
    byTag.set(tag, [...(byTag.get(tag) ?? []), operation(method, path, op, doc.components.schemas)]);
  }
}
const main = document.getElementById('routes');
main.replaceChildren(...[...byTag].flatMap(([tag, boxes]) => [element('h2', tag), ...boxes]));
