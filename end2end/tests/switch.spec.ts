// The main job: one click, one confirmation, one true record.

import { expect, test } from '../fixtures';
import { RECORD, title, unique } from '../teal';

test('the overview says which side is live and leads to the switch to the other one', async ({ page, teal }) => {
  const { live, standby } = await teal.stands();
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${title(live)} is live`);
  await page.getByRole('link', { name: `Switch to ${title(standby)}` }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Switch to ${title(standby)}`);
  await expect(page.getByLabel(`Type ${standby} to confirm`)).toBeEditable();
});

test('the confirmation shows from, to, the version it rests on and what will happen', async ({ page, teal }) => {
  const { live, standby, version } = await teal.stands();
  await teal.openSwitch(standby);
  const plan = page.getByRole('region', { name: 'What will happen' });
  await expect(plan).toContainText(`from${title(live)}`);
  await expect(plan).toContainText(`to${title(standby)}`);
  await expect(plan).toContainText(`version ${version}`);
  await expect(plan).toContainText(`version ${version + 1}`);
  await expect(plan).toContainText(`guarded DAGs of ${title(standby)} work and those of ${title(live)} skip`);
});

test('a confirmed switch lands on a record that says verified, with version, who, why and how long', async ({ page, teal, world }) => {
  const { live, standby, version } = await teal.stands();
  const reason = unique('Airflow 3.0.6 upgrade');
  await teal.switchTo(standby, { reason });

  await expect(page.getByRole('heading', { level: 1 })).toHaveText(new RegExp(`^${title(standby)} ?from ${title(live)}$`));
  await expect(page.getByRole('region', { name: 'verified' })).toContainText(
    `The flag says ${title(standby)} since version ${version + 1}, and a read has shown it.`,
  );
  await expect(page.getByText(`${await teal.me()} on a page`)).toBeVisible();
  await expect(page.getByRole('blockquote')).toHaveText(reason);
  await expect(page.getByRole('definition').filter({ hasText: /^\d+(\.\d+)? m?s$/ }).first()).toBeVisible();
  for (const step of ['Intent written', 'Put about to be sent', 'Outcome written']) {
    await expect(page.getByRole('listitem').filter({ hasText: step })).toHaveCount(1);
  }

  expect(await world.flag()).toEqual({ value: standby, version: version + 1 });
  const put = (await world.history()).at(-1);
  expect(put?.Description, 'nothing personal leaves Teal').toMatch(/^teal op=[0-9A-Z]{26}$/);
});

test('overview and history show the switch with who, why and how long it took', async ({ page, teal }) => {
  const { standby, version } = await teal.stands();
  const reason = unique('Quarterly drill');
  const record = await teal.switchTo(standby, { reason });
  const me = await teal.me();

  await page.goto('/p/dev');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${title(standby)} is live`);
  const headline = page.getByRole('region', { name: `${title(standby)} is live` });
  await expect(headline).toContainText(`version ${version + 1}`);
  await expect(headline).toContainText(`switched by ${me}`);
  await expect(headline).toContainText(reason);
  await expect(headline).toContainText(/verified in \d+(\.\d+)? m?s/);
  const last = page.getByRole('region', { name: 'What happened last' }).getByRole('listitem').first();
  await expect(last).toContainText(reason);
  await expect(last).toContainText('verified');

  await page.goto('/p/dev/history');
  const row = teal.rows().first();
  await expect(row).toContainText(reason);
  await expect(row).toContainText(me);
  await expect(row).toContainText('verified');
  await expect(row).toContainText(/\d+(\.\d+)? m?s/);
  await expect(row.getByRole('cell').last()).toHaveText(String(version + 1));
  await row.getByRole('link').click();
  await expect(page).toHaveURL(record);
});

test('a switch made past Teal is marked external and unexplained until somebody adds a note', async ({ page, teal, world }) => {
  const { standby } = await teal.stands();
  const described = unique('hotfix from my laptop');
  const version = await world.put(standby, described);
  await teal.knows(version);

  const row = await teal.row(described);
  await expect(row).toContainText('external');
  await expect(row).toContainText('unexplained');
  await expect(row).toContainText('set past Teal');
  await expect(row.getByRole('cell', { name: 'root', exact: true })).toHaveAttribute('title', /^arn:aws:iam::\d{12}:root$/);
  await row.getByRole('link').click();
  await expect(page.getByText('Somebody wrote to the parameter past Teal.')).toBeVisible();

  const note = unique('Told on the phone: blue had stopped');
  await page.getByLabel('Explain this change').fill(note);
  await page.getByRole('button', { name: 'Add the note' }).click();
  await expect(page).toHaveURL(/\/history\/\d+#notes$/);
  await expect(page.getByRole('region', { name: 'Notes' })).toContainText(note);
  await expect(page.getByText('unexplained')).toHaveCount(0);
  await expect(page.getByLabel('Add a note')).toBeEditable();

  const explained = await teal.row(note);
  await expect(explained).toContainText('external');
  await expect(explained).not.toContainText('unexplained');
});

test('an emergency switch is marked for ever', async ({ page, teal }) => {
  const first = await teal.stands();
  const reason = unique('Blue is on fire');
  const record = await teal.switchTo(first.standby, { reason, emergency: true });
  await expect(page.getByText('emergency', { exact: true }).first()).toBeVisible();

  // Nothing that comes later takes the mark away: another switch, a note.
  const calm = unique('All well again');
  await teal.switchTo(first.live, { reason: calm });
  await page.goto(record);
  await page.getByLabel('Add a note').fill(unique('The fire is out'));
  await page.getByRole('button', { name: 'Add the note' }).click();
  await expect(page).toHaveURL(/#notes$/);
  await expect(page.getByText('emergency', { exact: true }).first()).toBeVisible();
  await expect(await teal.row(reason)).toContainText('emergency');
  await expect(await teal.row(calm)).not.toContainText('emergency');
});

test('the same form sent twice is one switch and one record', async ({ page, teal, world }) => {
  const { standby, version } = await teal.stands();
  const filled = { reason: unique('Sent twice') };
  await teal.openSwitch(standby);
  const form = await teal.form(standby, filled);
  await teal.fill(standby, filled);
  await teal.submit(standby).click();
  await page.waitForURL(RECORD);
  const record = new URL(page.url()).pathname;

  const again = await Promise.all([teal.post(form), teal.post(form)]);
  expect(again).toEqual([{ status: 302, to: record }, { status: 302, to: record }]);
  expect(await world.flag()).toEqual({ value: standby, version: version + 1 });
  expect((await teal.exported()).filter((row) => row.reason === filled.reason)).toHaveLength(1);
});

test('a double click on the button switches once', async ({ page, teal, world }) => {
  const { standby, version } = await teal.stands();
  const reason = unique('Nervous finger');
  await teal.openSwitch(standby);
  await teal.fill(standby, { reason });
  await teal.submit(standby).dblclick();
  await page.waitForURL(RECORD);
  await expect(page.getByRole('region', { name: 'verified' })).toBeVisible();
  expect(await world.flag()).toEqual({ value: standby, version: version + 1 });
  expect((await teal.exported()).filter((row) => row.reason === reason)).toHaveLength(1);
});
