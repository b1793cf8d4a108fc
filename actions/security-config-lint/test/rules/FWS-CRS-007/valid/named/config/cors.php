<?php

return [
    'paths' => ['api/*', 'sanctum/csrf-cookie'],
    'allowed_origins' => ['*'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
