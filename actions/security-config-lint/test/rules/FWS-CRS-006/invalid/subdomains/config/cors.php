<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['http://*.example.com'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
