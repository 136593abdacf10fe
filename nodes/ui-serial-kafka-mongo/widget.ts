import { LOAD_SCRIPT, NOT_LOADED, scriptFrom } from '../shared/page-script';

/**
 * The page as content of Dashboard 2.0's template widget, which compiles it with Vue.
 * @param dashboardPath the dashboard's path below httpNodeRoot (the path of its ui-base)
 */
export function dashboard2Widget(dashboardPath: string): string {
  return `<template>
  <serial-kafka-mongo-dashboard ref="page">${NOT_LOADED}</serial-kafka-mongo-dashboard>
</template>

<script>
export default {
  mounted() {
    ${LOAD_SCRIPT}
    this.$refs.page.send = (message) => this.send(message);
    this.onMessage = (message) => this.$refs.page?.receive?.(message);
    this.$socket.on('msg-input:' + this.id, this.onMessage);
    // The dashboard's own script tells where the dashboard is, whatever page of it is open.
    const own = document.querySelector('script[src*="/assets/index"]');
    const here = own ? own.src.replace(/assets\\/index.*$/, '') : location.origin + '/' + ${JSON.stringify(trimmed(dashboardPath))} + '/';
    loadPage(this.$refs.page, new URL('${scriptFrom(dashboardPath)}', here).href);
    // After a reload the dashboard takes a step to where it is already: Back would have to be pressed twice.
    const { back, current } = history.state ?? {};
    if (back && back === current) history.back();
  },
  unmounted() {
    this.$socket.off('msg-input:' + this.id, this.onMessage);
  },
};
</script>

<style>
/* Below the dashboard's own bar the page is all there is. */
serial-kafka-mongo-dashboard {
  min-height: calc(100dvh - var(--v-layout-top, 0px));
}
</style>`;
}

function trimmed(path: string): string {
  return path.replace(/^\/+|(?<!\/)\/+$/g, '');
}
