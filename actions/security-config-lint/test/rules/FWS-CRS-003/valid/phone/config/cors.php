<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['capacitor://localhost'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => true,
];
