<?php

return [
    'same_site' => env('SESSION_SAME_SITE', 'lax'),
    'http_only' => env('SESSION_HTTP_ONLY', true),
    'domain' => env('SESSION_DOMAIN'),
];
