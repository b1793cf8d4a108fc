<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['*'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => true,
];
