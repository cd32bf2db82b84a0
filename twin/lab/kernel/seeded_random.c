/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
 *
 * The lab kernel's source of entropy. With TWIN_LAB_SEED in the kernel's own
 * environment every boot draws the same numbers (splitmix64), so that two runs
 * of one experiment choose the same ports, cookies and hash seeds. Without it,
 * the host answers as in an unmodified kernel.
 */
static unsigned long long lab_random_state;

static ssize_t lab_random(void *buf, size_t len, unsigned int flags)
{
	const char *seed = getenv("TWIN_LAB_SEED");
	unsigned char *out = buf;
	size_t i;

	if (!seed)
		return getrandom(buf, len, flags);
	if (!lab_random_state)
		lab_random_state = strtoull(seed, NULL, 0) * 2 + 1;
	for (i = 0; i < len; i++) {
		unsigned long long z = (lab_random_state += 0x9e3779b97f4a7c15ULL);

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
		out[i] = (unsigned char)(z ^ (z >> 31));
	}
	return len;
}
