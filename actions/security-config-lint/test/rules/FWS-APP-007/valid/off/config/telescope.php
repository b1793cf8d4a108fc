<?php

return [
    'enabled' => env('TELESCOPE_ENABLED', true),
];
