// What must not switch, and says so: moved flags, wrong names, long and hostile reasons, forged forms.

import { expect, test } from '../fixtures';
import { Portal } from '../portal';
import { RECORD, Teal, other, title, unique } from '../teal';

const HOSTILE = '<img src=x onerror=alert(1)>';

test.beforeEach(async ({ page }) => {
  // A page whose stream stays silent: it learns nothing before the click, so the server has to notice.
  await page.route('**/p/dev/live', (route) => route.fulfill({ contentType: 'text/event-stream', body: 'retry: 600000\n\n' }));
});

test('a flag that moved between opening the page and confirming is not put: the page says so and asks again', async ({ page, teal, world }) => {
  const { live, standby, version } = await teal.stands();
  const reason = unique('The evening release');
  await teal.openSwitch(standby);
  await world.put(live, unique('redeployed by the pipeline'));
  await teal.fill(standby, { reason });
  await teal.submit(standby).click();

  const alert = page.getByRole('alert').filter({ hasText: 'The flag had moved, so nothing was switched' });
  await expect(alert).toContainText(`it says ${title(live)} at version ${version + 1}`);
  await expect(page.getByLabel('Why'), 'the reason need not be typed again').toHaveValue(reason);
  await expect(page.getByLabel(`Type ${standby} to confirm`), 'the name is asked for again').toHaveValue('');
  expect(await world.flag()).toEqual({ value: live, version: version + 1 });

  await page.getByLabel(`Type ${standby} to confirm`).fill(standby);
  await teal.submit(standby).click();
  await page.waitForURL(RECORD);
  await expect(page.getByRole('region', { name: 'verified' })).toContainText(`version ${version + 2}`);
  await expect(page.getByRole('blockquote')).toHaveText(reason);
});

test('the page that asks again says who moved the flag, even at once', async ({ page, teal, world }) => {
  const { live, standby } = await teal.stands();
  await teal.openSwitch(standby);
  const form = await teal.form(standby, { reason: unique('Who was it') });
  // Posted by hand: no poll comes in between.
  const version = await world.put(live);
  const { to } = await teal.post(form);
  await page.goto(to);
  const alert = page.getByRole('alert').filter({ hasText: 'The flag had moved' });
  await expect(alert).toContainText(`version ${version}`);
  await expect(alert).toContainText(/set by \S*\broot\b/);
});

test('of two operators at once one switches and the other is asked again', async ({ page, context, teal, world }) => {
  const { live, standby, version } = await teal.stands();
  const second = new Teal(await context.newPage(), world);
  await teal.openSwitch(standby);
  await second.openSwitch(standby);
  const late = await second.form(standby, { reason: unique('Me too') });
  await teal.fill(standby, { reason: unique('Me first') });
  await teal.submit(standby).click();
  await page.waitForURL(RECORD);

  const { to } = await second.post(late);
  expect(to).toContain('problem=moved');
  await second.page.goto(to);
  await expect(second.page.getByRole('heading', { level: 1 })).toHaveText(`${title(standby)} is live already`);
  await expect(second.page.getByRole('alert')).toContainText('nothing was switched');
  await second.page.getByRole('link', { name: 'The record of that attempt' }).click();
  await expect(second.page.getByRole('article')).toContainText('not switched: the flag had moved');
  expect(await world.flag()).toEqual({ value: other(live), version: version + 1 });
});

test('a wrongly typed name switches nothing and keeps the reason', async ({ page, teal, world, javaScriptEnabled }) => {
  const { live, standby, version } = await teal.stands();
  const reason = unique('Fat fingers');
  await teal.openSwitch(standby);
  await teal.fill(standby, { typed: live, reason });
  if (javaScriptEnabled) {
    await expect(teal.submit(standby)).toBeDisabled();
    await teal.submitAnyway();
  } else {
    await teal.submit(standby).click();
  }
  await expect(page.getByRole('alert')).toContainText('Nothing was switched');
  await expect(page.getByLabel('Why')).toHaveValue(reason);
  expect(await world.flag()).toEqual({ value: live, version });
});

test('a reason of 10,000 characters is refused clearly and nothing is put', async ({ page, teal, world, javaScriptEnabled }) => {
  const { live, standby, version } = await teal.stands();
  await teal.openSwitch(standby);
  await teal.fill(standby, { reason: 'ü'.repeat(10_000) });
  if (javaScriptEnabled) {
    await expect(page.getByText('10000 of 500')).toBeVisible();
    await expect(teal.submit(standby)).toBeDisabled();
    await teal.submitAnyway();
  } else {
    await teal.submit(standby).click();
  }
  const alert = page.getByRole('alert').filter({ hasText: 'Nothing was switched' });
  await expect(alert).toContainText(/500/);
  await expect(page.getByLabel('Why')).toHaveValue(/^ü{600,}$/);
  expect(await world.flag()).toEqual({ value: live, version });
});

test('a reason with a hidden control character is refused and named', async ({ page, teal, world }) => {
  const { live, standby, version } = await teal.stands();
  await teal.openSwitch(standby);
  const { to } = await teal.post(await teal.form(standby, { reason: 'innocent\u0007looking' }));
  await page.goto(to);
  await expect(page.getByRole('alert')).toContainText('U+0007');
  expect(await world.flag()).toEqual({ value: live, version });
});

test('row 16: markup in a reason stays text on overview, history and record', async ({ page, teal }) => {
  page.on('dialog', () => expect(true, 'a script in a reason ran').toBe(false));
  const { standby } = await teal.stands();
  const reason = unique(HOSTILE);
  const record = await teal.switchTo(standby, { reason });
  for (const address of [record, '/p/dev', '/p/dev/history']) {
    await page.goto(address);
    await expect(page.getByText(reason).first()).toBeVisible();
    await expect(page.locator('img, [onerror]')).toHaveCount(0);
  }
});

test('row 16: markup that would end the text box comes back in it as it was typed', async ({ page, teal }) => {
  const { standby } = await teal.stands();
  const reason = `</textarea></form>${HOSTILE}`;
  await teal.openSwitch(standby);
  const { to } = await teal.post(await teal.form(standby, { typed: 'purple', reason }));
  await page.goto(to);
  await expect(page.getByLabel('Why')).toHaveValue(reason);
  await expect(page.locator('img, [onerror]')).toHaveCount(0);
});

test('the side that is live already cannot be switched to: the page says that nothing would be put', async ({ page, teal, world }) => {
  const { live, standby, version } = await teal.stands();
  await teal.openSwitch(live);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${title(live)} is live already`);
  await expect(page.getByText('nothing would be put')).toBeVisible();
  await expect(page.getByRole('button', { name: /Switch to/ })).toHaveCount(0);
  await expect(page.getByRole('main').getByRole('link', { name: `Switch to ${title(standby)}` })).toBeVisible();
  expect(await world.flag()).toEqual({ value: live, version });
});

test('a confirmation that was changed, or made for the other side, is refused', async ({ page, teal, world }) => {
  const { live, standby, version } = await teal.stands();
  await teal.openSwitch(standby);
  const form = await teal.form(standby, { reason: unique('Forged') });
  const changed = [form.confirmation.replace(/.$/, (sign) => (sign === '0' ? '1' : '0')), form.confirmation.replace(standby, live), ''];
  for (const confirmation of changed) {
    const { to } = await teal.post({ ...form, confirmation });
    expect(to).toContain('problem=confirmation');
  }
  await page.goto(`/p/dev/switch?to=${standby}&problem=confirmation`);
  await expect(page.getByRole('alert')).toContainText('Nothing was switched');
  expect(await world.flag()).toEqual({ value: live, version });
});

test('a form that another site sends is turned away', async ({ teal, world }) => {
  const { live, standby, version } = await teal.stands();
  await teal.openSwitch(standby);
  const form = await teal.form(standby, { reason: unique('From elsewhere') });
  expect((await teal.post(form, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await teal.post(form, { origin: 'https://evil.example' })).status).toBe(403);
  expect(await world.flag()).toEqual({ value: live, version });
});

test.describe('row 10', () => {
  // The browser's own line about an answer of 403.
  test.use({ expectedComplaints: [/403/] });

  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

  for (const name of ['127.0.0.1', 'localhost'] as const) {
    test(`a form that a page of ${name === 'localhost' ? 'another site' : 'another port'} sends by itself puts nothing`, async ({ page, teal, world, baseURL, javaScriptEnabled }) => {
      const { live, standby, version } = await teal.stands();
      await teal.openSwitch(standby);
      // All that our own page would send, the sealed confirmation too.
      const form = await teal.form(standby, { reason: unique('From elsewhere') });
      const records = (await teal.exported()).length;
      const portal = await Portal.open();
      try {
        for (const kind of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']) {
          const fields = Object.entries(form).map(([field, value]) => `<input name="${field}" value="${escaped(value)}">`);
          const sends = javaScriptEnabled ? '<script>document.forms[0].submit()</script>' : '';
          portal.holds('/form', `<form method="post" enctype="${kind}" action="${baseURL}/api/fn/switch">${fields.join('')}<button>Send</button></form>${sends}`);
          const elsewhere = await page.context().newPage();
          const [answer] = await Promise.all([
            elsewhere.waitForResponse(`${baseURL}/api/fn/switch`),
            elsewhere.goto(`${portal.origin(name)}/form`).then(async () => {
              if (!javaScriptEnabled) await elsewhere.getByRole('button').click();
            }),
          ]);
          expect(await answer.request().headerValue('origin'), 'the browser says where it comes from').toBe(portal.origin(name));
          expect(answer.status(), kind).toBe(403);
          expect(await world.flag(), kind).toEqual({ value: live, version });
          await elsewhere.close();
        }
      } finally {
        portal.close();
      }
      expect((await teal.exported()).length, 'nothing is on record').toBe(records);
      // The very same form from our own page is taken: it was the page that was wrong.
      await page.goto('/p/dev');
      expect((await teal.post(form)).to).toMatch(RECORD);
      expect(await world.flag()).toEqual({ value: standby, version: version + 1 });
    });
  }
});
