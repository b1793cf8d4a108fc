<?php

return [
    'paths' => ['.well-known/*', 'api/*'],
    'allowed_origins' => ['https://*'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
