import { LOAD_SCRIPT, NOT_LOADED, scriptFrom } from '../shared/page-script';

/**
 * The page as content of a widget of node-red-dashboard, which compiles it with AngularJS and runs its scripts with
 * `scope`.
 * @param dashboardPath the dashboard's path below httpNodeRoot (ui.path in settings.js)
 */
export function classicWidget(dashboardPath: string): string {
  return `<style>
  /* The page is all there is: the dashboard's card around it keeps no size, place, margin or shadow of its own. */
  #nr-dashboard md-content:has(serial-kafka-mongo-dashboard) { padding: 0; }
  .masonry-container:has(serial-kafka-mongo-dashboard) { height: auto !important; min-height: 0 !important; }
  ui-card-panel:has(serial-kafka-mongo-dashboard),
  ui-card-panel:has(serial-kafka-mongo-dashboard) > div,
  .nr-dashboard-cardcontainer:has(serial-kafka-mongo-dashboard),
  md-card:has(serial-kafka-mongo-dashboard) {
    position: static !important; display: block !important;
    width: 100% !important; height: auto !important; max-height: none !important;
    margin: 0 !important; padding: 0 !important; overflow: visible; background: none; border: 0; box-shadow: none;
  }
</style>
<serial-kafka-mongo-dashboard>${NOT_LOADED}</serial-kafka-mongo-dashboard>
<script>
  (function (scope) {
    ${LOAD_SCRIPT}
    var page = document.querySelector('serial-kafka-mongo-dashboard');
    page.send = function (message) { scope.send(message); };
    scope.$watch('msg', function (message) {
      if (message && page.receive) page.receive(message);
    });
    var here = location.origin + location.pathname.replace(/\\/?$/, '/');
    loadPage(page, new URL('${scriptFrom(dashboardPath)}', here).href);
  })(scope);
</script>`;
}
