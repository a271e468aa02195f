// Tells whose nine o'clock it is: the browser's time zone goes along with whoever joins.
"use strict";

for (const field of document.querySelectorAll("[name=zone]")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
