<?php

return [
    'paths' => ['api/*', '/*'],
    'allowed_origins' => ['https://*.example.com'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
